// idle.mjs - opens connections, makes one request on each, and keeps them open until it is ended.
//
//     node bench/http/idle.mjs PORT COUNT
import net from 'node:net';

const [port, count] = process.argv.slice(2).map(Number);
const AT_ONCE = 200;

function connection() {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('error', reject);
    socket.once('data', () => resolve(socket));
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nUser-Agent: idle\r\n\r\n');
  });
}

const open = [];
while (open.length < count) {
  const wanted = Math.min(AT_ONCE, count - open.length);
  open.push(...(await Promise.all(Array.from({ length: wanted }, connection))));
}
console.log(`ready: ${open.length}`);
