namespace Progeny.Core.Feeds;

/// <summary>The rows of one query, forward only.</summary>
public interface IFeedReader : IAsyncDisposable
{
    /// <summary>The names of the query's columns, in its order.</summary>
    IReadOnlyList<string> Columns { get; }

    /// <summary>Moves to the next row; false behind the last.</summary>
    ValueTask<bool> ReadAsync(CancellationToken cancellationToken);

    /// <summary>The current row's value: string, long, double, float, decimal, bool, or null. Times are ISO 8601 strings.</summary>
    object? GetValue(int column);

    /// <summary>
    /// SQL for the instant that a value of a column stands for where the column may hold times as texts (ISO 8601, UTC where they name no
    /// zone): it orders values by time, and is NULL for what is no such text. Null: the database knows the column's type and orders it by
    /// itself.
    /// </summary>
    /// <param name="column">The column.</param>
    /// <param name="expression">SQL for the value.</param>
    string? InstantOf(int column, string expression) => null;

    /// <summary>
    /// SQL for the instant that a value of a column stands for where it is a time, of whatever type: instants of any two such columns are
    /// compared. Null: the column holds no times.
    /// </summary>
    string? TimeOf(int column, string expression) => InstantOf(column, expression);

    /// <summary>
    /// SQL that is true where the text of a column's value (<see cref="Common.ValueText"/>) is that of a parameter; an index of the column
    /// serves it where the database can use one. Null: values of the column's type have no text of their own, such as binary fractions.
    /// </summary>
    string? HasText(int column, string expression, string parameter) => $"{expression} = {parameter}";
}
