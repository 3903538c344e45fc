using Progeny.Core.Common;
using Progeny.Core.QueryLog;

namespace Progeny.Console.Layout;

/// <summary>A value of a logged query as it is shown.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Text">The value, a tensor as its JSON, cut where it is very long; null: it is missing.</param>
public sealed record Field(string Name, string? Text)
{
    private const int MaxCharacters = 2_000;

    /// <summary>Values by name; none for null.</summary>
    public static IReadOnlyList<Field> Of(IReadOnlyDictionary<string, object?>? values) =>
        [.. values?.Select(pair => new Field(pair.Key, pair.Value is { } value ? Cut(ValueText.Of(value)) : null)) ?? []];

    /// <summary>Tensors by name; none for null.</summary>
    public static IReadOnlyList<Field> Of(LoggedTensors? logged) =>
        [.. logged?.Tensors.Select(tensor => new Field(tensor.Name, Cut(QueryRecordJson.Tensor(tensor, logged.HasData)))) ?? []];

    private static string Cut(string text) => text is { Length: > MaxCharacters } ? $"{text[..MaxCharacters]}…" : text;
}
