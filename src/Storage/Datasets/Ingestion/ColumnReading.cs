using Progeny.Core.Common;

namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>How a column of a file becomes one of the table.</summary>
/// <param name="Column">As the file has it.</param>
/// <param name="Type">What its texts become; null: the file gives its type.</param>
/// <param name="Shape">The shape that all texts have, where the type asks for one.</param>
/// <param name="IsDeclared">Whether somebody said the type; then a value of another is an error of theirs.</param>
internal sealed record ColumnReading(SourceColumn Column, TextType? Type, string? Shape, bool IsDeclared)
{
    /// <summary>Stands before what is said of a value that the type does not take.</summary>
    public const string Contradiction = "progeny-contradiction:";

    /// <summary>The name of the type in DuckDB.</summary>
    public string SqlType => Type?.Type ?? Column.Type!;

    /// <summary>The condition that the type takes the value; it is not called for NULL.</summary>
    public string Accepts => Shape is null
        ? $"({Type!.Accepts(Column.Sql)}) IS TRUE"
        : $"(({Type!.Accepts(Column.Sql)}) IS TRUE AND {TextType.Shape(Column.Sql)} = {SqlText.Literal(Shape)})";

    /// <summary>The value for the Parquet file; a text that the type does not take ends the statement.</summary>
    /// <param name="number">The number of the column, for the message.</param>
    public string Value(int number)
    {
        var name = SqlText.Name(Column.Name);
        if (Type is null || Type == TextType.Text)
            return $"{Column.Text} AS {name}";
        return $"CASE WHEN {Column.Sql} IS NULL THEN NULL WHEN {Accepts} THEN {Type.Cast(Column.Sql)} "
            + $"ELSE error('{Contradiction}{number}:' || {Column.Sql}[:80]) END::{Type.Type} AS {name}";
    }
}
