"""Methods for studies whose scenarios were run in many worlds; a world is one draw of what nobody has measured.

Every method takes plain tables: effects by (scenario_id, world), weights by world, unknowns by world.

    from analysis.worlds import robust, split
    robust.measures(worlds.effects["survival"], worlds.weights, direction=1)
    split.split(worlds.rows["survival"], worlds.weights)

`table.Worlds` holds the tables of one study, and `analysis.sections.worlds` makes a part of a report of it.
"""
