using Progeny.Trainer.Data;

namespace Progeny.Trainer.Encoding;

/// <summary>A column a category. A missing or unseen category is 0 in all of them.</summary>
public sealed record OneHotEncoder : FeatureEncoder
{
    public required IReadOnlyList<string> Categories { get; init; }

    public override int Width => Categories.Count;

    public override RowWriter For(DataColumn column)
    {
        var category = (CategoryColumn)column;
        var positions = CategoryPositions.Of(category, Categories);
        return (row, target) =>
        {
            target.Clear();
            var code = category.Codes[row];
            if (code != CategoryColumn.Missing && positions[code] >= 0)
                target[positions[code]] = 1;
        };
    }
}
