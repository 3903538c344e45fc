namespace Progeny.Core.Queries;

/// <summary>What a query may carry at most.</summary>
/// <param name="MaxTextBytes">The bytes of one text, in UTF-8 (<c>Serving:MaxTextBytes</c>).</param>
/// <param name="MaxValues">The values: rows times fields of the project, whether the query has them or not
/// (<c>Serving:MaxValues</c>).</param>
public sealed record QueryLimits(int MaxTextBytes, long MaxValues)
{
    public static QueryLimits Default { get; } = new(64 << 10, 10_000_000);

    /// <summary>Why there are too many rows for so many fields; null: there are not.</summary>
    public string? Problem(long rows, int fields) => rows * fields <= MaxValues
        ? null
        : $"A request may carry at most {MaxValues} values (Serving:MaxValues): {Math.Max(1, MaxValues / fields)} rows of the project's "
            + $"{fields} fields.";

    /// <summary>Why a text is too long.</summary>
    public string TooLong(long bytes) => $"the text has {bytes} bytes; at most {MaxTextBytes} are allowed (Serving:MaxTextBytes)";
}
