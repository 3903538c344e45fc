using System.CommandLine;
using Progeny.Replay;

var root = new RootCommand("Brings the data of the examples, and replays flights against a node.") { LoadCommand.Create(), RunCommand.Create() };
// What is under way when Ctrl-C is pressed is answered and kept before the program ends.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });
