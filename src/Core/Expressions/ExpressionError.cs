namespace Progeny.Core.Expressions;

/// <summary>Why an expression cannot be used.</summary>
/// <param name="Message">What is wrong, in a few words.</param>
/// <param name="Offset">The index of the character in the expression that it is about; null: the expression as a whole.</param>
public sealed record ExpressionError(string Message, int? Offset)
{
    private const string NoSuchColumn = "no such column: ";

    /// <summary>The name that is no column of any table, without the table before it; null: something else is wrong.</summary>
    public string? UnknownColumn =>
        Message.StartsWith(NoSuchColumn, StringComparison.Ordinal)
            ? Message[(Math.Max(Message.LastIndexOf('.'), NoSuchColumn.Length - 1) + 1)..]
            : null;

    /// <summary>The error with its place and the expression that it is about.</summary>
    public string Describe(string expression) =>
        Offset is { } offset && offset < expression.Length
            ? $"{Message} (at character {offset + 1} of: {expression.Trim()})"
            : $"{Message} (in: {expression.Trim()})";
}
