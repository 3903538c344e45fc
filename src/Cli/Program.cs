using Progeny.Cli;
using Progeny.Cli.Common;
using Progeny.Core.Security;
using Progeny.Storage.Common;

using var interruption = new Interruption();

// It runs trainers as well, and has the secrets of feeds in its environment.
ProcessProtection.CloseProcess();
try
{
    return await CliApp.RunAsync(args, CliContext.OfProcess(), interruption.Token);
}
catch (SecretFileException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return ExitCodes.Usage;
}
