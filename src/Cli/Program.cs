using Progeny.Cli;
using Progeny.Cli.Common;
using Progeny.Core.Security;
using var interruption = new Interruption();

// It runs trainers as well, and has the secrets of feeds in its environment.
ProcessProtection.CloseProcess();
return await CliApp.RunAsync(args, CliContext.OfProcess(), interruption.Token);
