using System.Collections.Immutable;
using Progeny.Core.Security;
using Progeny.Grains.Common;
using Progeny.Storage.Common;

namespace Progeny.Silo.Security;

/// <summary>
/// The key for everything without which nobody could make others: made and printed once at the first start, or kept in the file that
/// <c>Security:AdminKeyFile</c> names.
/// </summary>
internal sealed class FirstKey(ApiKeys keys, SecurityOptions options, TimeProvider time)
{
    private const string Setting = "Security:AdminKeyFile";

    /// <summary>Makes the key where it is needed; of several nodes that start together one does.</summary>
    /// <exception cref="SettingException">The file cannot be read or written, or holds no key.</exception>
    public Task EnsureAsync(CancellationToken cancellationToken) =>
        options.AdminKeyFile is { } path ? EnsureInFileAsync(path, cancellationToken) : EnsurePrintedAsync(cancellationToken);

    private async Task EnsurePrintedAsync(CancellationToken cancellationToken)
    {
        if (await keys.EnsureAdminAsync(known => known.IsEmpty ? ApiKeyText.Make() : null, cancellationToken) is not { } made)
            return;

        // Not into the log, which may be sent elsewhere and kept for long.
        await Console.Out.WriteLineAsync(
            $"""

            This node asks everybody who they are, and there was no key yet. This is the first one. It is for everything, and it is shown only now:

                {made.Text}

            Keep it in a safe place, and make the keys of people and programs with it: progeny key create NAME --allow ROLE:PROJECT

            """);
    }

    private Task EnsureInFileAsync(string path, CancellationToken cancellationToken) =>
        keys.EnsureAdminAsync(
            known => known.Any(key => key.IsAdmin && key.IsValid(time.GetUtcNow())) ? null : TextIn(path, known), cancellationToken);

    /// <summary>
    /// The key in the file, which is written before the key is kept: one that is kept and nowhere to be read would help nobody.
    /// </summary>
    private static string TextIn(string path, ImmutableArray<ApiKey> known)
    {
        if (!File.Exists(path))
            Write(path);
        var text = SecretFiles.Read(Setting, path);
        if (!ApiKeyText.IsWellFormed(text))
            throw new SettingException(
                $"{Setting}: the file '{path}' holds no key; one is 'pgy_', 8 characters, '_' and 43 characters. The node makes one where "
                    + "there is no file.");
        var id = ApiKeyText.IdOf(text).ToString();
        return known.Any(key => key.Id == id)
            ? throw new SettingException(
                $"{Setting}: the key {id} in the file '{path}' was revoked or has expired; remove the file, and the node makes a new key "
                    + "there.")
            : text;
    }

    private static void Write(string path)
    {
        try
        {
            SecretFiles.Write(path, ApiKeyText.Make());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"{Setting}: the file '{path}' cannot be written: {exception.Message}", exception);
        }
    }
}
