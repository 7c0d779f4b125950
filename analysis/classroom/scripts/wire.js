// The wire to the class session: it is tied again whenever it breaks, and when a phone wakes up.

const FIRST_WAIT = 500; // ms
const LONGEST_WAIT = 8000;

// `first` gives the message that a connection opens with; `take` gets every answer; `state` hears "open" and "lost".
export function connect(path, first, take, state) {
  let socket = null;
  let wait = FIRST_WAIT;
  let timer = null;
  let ended = false;

  function tie() {
    clearTimeout(timer);
    if (ended || (socket && socket.readyState <= WebSocket.OPEN)) return;
    const address = new URL(path, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    address.hash = "";
    socket = new WebSocket(address);
    socket.addEventListener("open", () => { wait = FIRST_WAIT; socket.send(JSON.stringify(first())); state("open"); });
    socket.addEventListener("message", (event) => take(JSON.parse(event.data)));
    socket.addEventListener("close", () => {
      if (ended) return;
      state("lost");
      timer = setTimeout(tie, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    });
  }

  addEventListener("visibilitychange", () => { if (!document.hidden) tie(); });
  addEventListener("online", tie);
  tie();
  return {
    send: (what) => { if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(what)); else tie(); },
    end: () => { ended = true; clearTimeout(timer); socket.close(); },
  };
}
