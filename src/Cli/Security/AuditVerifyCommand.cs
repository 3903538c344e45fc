using System.CommandLine;
using System.Text.Json;
using Progeny.Cli.Common;
using Progeny.Contracts.Security;
using Progeny.Core.Security.Audit;
using Spectre.Console;

namespace Progeny.Cli.Security;

/// <summary><c>progeny audit verify</c>: of a server's log, or of a file that was exported.</summary>
internal static class AuditVerifyCommand
{
    public static Command Create(CliContext context)
    {
        var file = new Argument<FileInfo?>(
            "FILE") { Description = "A file of progeny audit export; without it the server's log.", Arity = ArgumentArity.ZeroOrOne };
        var from = new Option<long>(
            "--from")
            {
                Description = "Begin with this entry, and believe what is before it.",
                HelpName = "N",
                DefaultValueFactory = _ => 1,
            };
        var secret = new Option<FileInfo?>(
            "--pepper-file") { Description = "The nodes' secret, by which the end of a file is checked.", HelpName = "FILE" };
        var command = new Command(
            "verify", "Whether entries were changed, removed, put in or moved since they were written, and which. Exit code 1: they were.")
        {
            file, from, secret,
        };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            AuditVerificationView found;
            if (result.GetValue(file) is { } exported)
                found = await VerifyFileAsync(exported, result.GetValue(from), result.GetValue(secret), cancellationToken);
            else
            {
                using var client = server.Connect(result);
                found = (await client.GetAsync<AuditVerificationView>(
                    $"api/audit/verify?from={result.GetValue(from)}", cancellationToken)).Value;
            }

            if (server.WantsJson(result))
                context.WriteRaw(AuditLines.Write(found));
            else
                context.Out.WriteLine(Describe(found));
            return found.Intact ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }

    private static string Describe(AuditVerificationView found) => found switch
    {
        { Intact: false } => $"The audit log is not as it was written. {found.Problem}",
        { Sealed: false } =>
            $"{found.Entries} entries, {found.First} to {found.Last}, are as they were written. The end was not checked with the nodes' "
                + "secret: entries that were cut off there are not found.",
        _ => $"{found.Entries} entries, {found.First} to {found.Last}, are as they were written, and none is missing at the end.",
    };

    private static async Task<AuditVerificationView> VerifyFileAsync(
        FileInfo file, long from, FileInfo? secret, CancellationToken cancellationToken)
    {
        if (!file.Exists)
            throw new CliException($"There is no file '{file}'.", ExitCodes.Usage);
        var seal = secret is null
            ? null
            : new AuditSeal(
                System.Text.Encoding.UTF8.GetBytes((await File.ReadAllTextAsync(secret.FullName, cancellationToken)).TrimEnd('\r', '\n')));
        var verifier = new AuditVerifier(from);
        AuditEnd? end = null;
        var number = 0L;
        await foreach (var line in File.ReadLinesAsync(file.FullName, cancellationToken))
        {
            number++;
            try
            {
                if (end is not null)
                    verifier.Fail($"Line {number} comes behind the end of the log.", null);
                else if (AuditLines.Read(line) is { Entry: { } entry })
                {
                    if (entry.Sequence >= from && !verifier.Add(ToStored(entry)))
                        break;
                }
                else
                    end = ToEnd(AuditLines.Read(line).End!);
            }
            catch (Exception exception) when (exception is JsonException or FormatException)
            {
                verifier.Fail($"Line {number} is no line of an export: {exception.Message}", null);
                break;
            }
        }

        var found = verifier.Complete(end, seal);
        if (found.IsIntact && end is null)
            found = found with { Problem = $"The file does not say where the log ends: lines are missing behind entry {found.Last}." };
        return new AuditVerificationView(
            found.IsIntact, found.Entries, found.First, found.Last, found.IsSealed, found.Problem, found.Entry);
    }

    private static StoredAuditEntry ToStored(AuditEntryView entry) => new(
        entry.Sequence,
        entry.At,
        entry.Status,
        AuditLines.TextsOf(entry),
        Convert.FromHexString(entry.Previous),
        Convert.FromHexString(entry.Hash));

    private static AuditEnd ToEnd(AuditEndView end) => new(end.End, Convert.FromHexString(end.Hash), Convert.FromHexString(end.Seal));
}
