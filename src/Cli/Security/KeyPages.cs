using Progeny.Cli.Common;
using Progeny.Contracts.Common;
using Progeny.Contracts.Security;
using Spectre.Console;

namespace Progeny.Cli.Security;

/// <summary>Keys as people read them.</summary>
internal static class KeyPages
{
    /// <summary>The secret alone goes where results go, so that a program can take it from there.</summary>
    public static void WriteNew(CliContext context, bool json, ServerAnswer<NewApiKeyView> answer)
    {
        if (json)
        {
            context.WriteRaw(answer.Json);
            return;
        }

        var key = answer.Value.Key;
        context.WriteRaw(answer.Value.Secret);
        context.Error.WriteLine(
            $"This is the key '{key.Name}' ({key.Id}), for "
                + $"{string.Join(", ", key.Allow)}{(key.ExpiresAt is null ? "" : $", until {Tables.Time(key.ExpiresAt)}")}. It is not "
                + "shown again.");
    }

    public static void WriteList(IAnsiConsole console, IReadOnlyList<ApiKeyView> keys, bool all)
    {
        List<ApiKeyView> shown = [.. keys.Where(key => all || key.Status is ApiKeyStatus.Valid or ApiKeyStatus.Replaced)];
        if (shown.Count == 0)
        {
            console.WriteLine("There is no key that is accepted; with --all those that were are listed, too.");
            return;
        }

        var table = Tables.Create(console, "id", "name", "status", "allow", "expires", "last used", "created", "by");
        foreach (var key in shown)
        {
            table.AddTexts(
                key.Id,
                key.Name,
                ApiKeyStatusOf(key),
                string.Join(' ', key.Allow),
                Tables.Time(key.ExpiresAt),
                Tables.Time(key.LastUsedAt),
                Tables.Time(key.CreatedAt),
                key.CreatedBy);
        }

        console.Write(table);
    }

    public static void Write(IAnsiConsole console, ApiKeyView key) => Tables.WritePairs(
        console,
        ("id", key.Id),
        ("name", key.Name),
        ("status", ApiKeyStatusOf(key)),
        ("allow", string.Join(' ', key.Allow)),
        ("created", $"{Tables.Time(key.CreatedAt)} by {key.CreatedBy}"),
        ("expires", Tables.Time(key.ExpiresAt)),
        ("revoked", key.RevokedAt is null ? null : $"{Tables.Time(key.RevokedAt)} by {key.RevokedBy}"),
        ("last used", Tables.Time(key.LastUsedAt)),
        ("replaces", key.Replaces),
        ("replaced by", key.ReplacedBy));

    public static void WriteRevoked(IAnsiConsole console, IReadOnlyList<ApiKeyView> keys)
    {
        foreach (var key in keys)
            console.MarkupLine($"[bold]{key.Name.EscapeMarkup()}[/] ({key.Id}) is {ApiKeyStatusOf(key)}");
    }

    private static string ApiKeyStatusOf(ApiKeyView key) => ApiJson.NameOf(key.Status);
}
