using Progeny.Trainer.Data;

namespace Progeny.Trainer.Encoding;

/// <summary>A row of a table for each category: its mean target or its frequency.</summary>
public sealed record TableEncoder : FeatureEncoder
{
    public required IReadOnlyList<string> Categories { get; init; }

    /// <summary>The numbers of each category, one category after another, and last those of a missing or unseen one.</summary>
    public required float[] Table { get; init; }

    /// <summary>The numbers of a missing or unseen category.</summary>
    public ReadOnlySpan<float> Missing() => Table.AsSpan(Categories.Count * Width);

    public override int Width => Table.Length / (Categories.Count + 1);

    public override RowWriter For(DataColumn column)
    {
        var category = (CategoryColumn)column;
        var positions = CategoryPositions.Of(category, Categories);
        var width = Width;
        return (row, target) =>
        {
            var code = category.Codes[row];
            var position = code == CategoryColumn.Missing || positions[code] < 0 ? Categories.Count : positions[code];
            Table.AsSpan(position * width, width).CopyTo(target);
        };
    }
}
