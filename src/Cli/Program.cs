using Progeny.Cli;
using Progeny.Cli.Hosting;
using Progeny.Core.Security;

// It runs trainers as well, and has the secrets of feeds in its environment.
ProcessProtection.CloseProcess();
using var interruption = new Interruption();
return await CliApp.RunAsync(args, CliContext.OfProcess(), interruption.Token);
