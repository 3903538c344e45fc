using Microsoft.AspNetCore.Mvc;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Gateway.Datasets;

/// <summary>How a file that is put is to be read: the query of its request.</summary>
internal sealed record PutParameters
{
    [FromQuery(Name = "file_name")]
    public string? FileName { get; init; }

    [FromQuery(Name = "digest")]
    public string? Digest { get; init; }

    [FromQuery(Name = "description")]
    public string? Description { get; init; }

    [FromQuery(Name = "append")]
    public bool? Append { get; init; }

    [FromQuery(Name = "once")]
    public string? Once { get; init; }

    [FromQuery(Name = "format")]
    public string? Format { get; init; }

    [FromQuery(Name = "separator")]
    public string? Separator { get; init; }

    [FromQuery(Name = "quote")]
    public string? Quote { get; init; }

    [FromQuery(Name = "escape")]
    public string? Escape { get; init; }

    [FromQuery(Name = "header")]
    public bool? Header { get; init; }

    [FromQuery(Name = "encoding")]
    public string? Encoding { get; init; }

    [FromQuery(Name = "decimal")]
    public string? Decimal { get; init; }

    [FromQuery(Name = "null")]
    public string? Null { get; init; }

    [FromQuery(Name = "types")]
    public string? Types { get; init; }

    /// <exception cref="IngestException">The types are not written as they should be.</exception>
    public ReadOptions? ToOptions()
    {
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var one in SplitTypes(Types ?? ""))
        {
            var at = one.LastIndexOf('=');
            if (at <= 0 || at == one.Length - 1)
                throw new IngestException($"'types' has '{one}'; it must be like code=text,price=number.");
            types[one[..at].Trim()] = one[(at + 1)..].Trim();
        }

        return (Format ?? Separator ?? Quote ?? Escape ?? Encoding ?? Decimal ?? Null) is null && Header is null && types.Count == 0
            ? null
            : new ReadOptions
            {
                Format = Format, Separator = Separator, Quote = Quote, Escape = Escape, Header = Header, Encoding = Encoding,
                    Decimal = Decimal,
                Null = Null, Types = types,
            };
    }

    // At commas, but not those of DECIMAL(18,2).
    private static IEnumerable<string> SplitTypes(string text)
    {
        var (depth, start) = (0, 0);
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (text[i] == ',' && depth == 0))
            {
                if (i > start)
                    yield return text[start..i];
                start = i + 1;
            }
            else
            {
                depth += text[i] switch { '(' => 1, ')' => -1, _ => 0 };
            }
        }
    }
}
