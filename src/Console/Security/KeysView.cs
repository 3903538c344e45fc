using System.Collections.Immutable;
using Progeny.Core.Security;

namespace Progeny.Console.Security;

/// <summary>What the page of keys shows.</summary>
/// <param name="Keys">The keys, the newest first.</param>
/// <param name="Now">When that was.</param>
/// <param name="Made">A key that was just made, with its secret; null: none was.</param>
/// <param name="Problem">Why the last change was refused; null: it was not.</param>
public sealed record KeysView(ImmutableArray<ApiKey> Keys, DateTimeOffset Now, NewApiKey? Made, string? Problem)
{
    /// <summary>The state of a key in a word, and the kind of its mark.</summary>
    public (string Text, string Mark) StateOf(ApiKey key) => key switch
    {
        { RevokedAt: not null } => ("revoked", "bad"),
        _ when !key.IsValid(Now) => ("expired", "plain"),
        _ when Keys.Any(other => other.Replaces == key.Id) => ("replaced", "busy"),
        _ => ("valid", "good"),
    };
}
