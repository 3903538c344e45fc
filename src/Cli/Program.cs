using Progeny.Cli;
using Progeny.Cli.Hosting;

using var interruption = new Interruption();
return await CliApp.RunAsync(args, CliContext.OfProcess(), interruption.Token);
