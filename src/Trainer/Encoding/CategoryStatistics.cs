using Progeny.Trainer.Data;

namespace Progeny.Trainer.Encoding;

/// <summary>
/// Sums over the rows of each category, kept by fold, from which the tables of target and frequency encodings follow.
/// </summary>
/// <remarks>
/// The mean target of a category c is (sum of its targets + m * overall mean) / (rows of c + m): the m-estimate of
/// D. Micci-Barreca, "A preprocessing scheme for high-cardinality categorical attributes", SIGKDD Explorations 3(1), 2001, eq. 3 to 7,
/// with a fixed m. Rows trained on get the mean of the other folds, so that the booster does not see a row's own label in its features.
/// </remarks>
internal sealed class CategoryStatistics
{
    public const int Folds = 5;

    readonly IReadOnlyList<string> _categories;
    readonly int _width;
    readonly double[][] _sums;
    readonly long[][] _counts;

    /// <param name="column">The feature.</param>
    /// <param name="categories">The categories to encode; others count as missing.</param>
    /// <param name="label">The labels.</param>
    /// <param name="rows">The number of rows, from the first, to learn from.</param>
    /// <param name="classes">The number of means a category: 1, or with three or more classes their number.</param>
    public CategoryStatistics(CategoryColumn column, IReadOnlyList<string> categories, IReadOnlyList<float> label, int rows, int classes)
    {
        _categories = categories;
        _width = classes;
        _sums = [.. Enumerable.Range(0, Folds).Select(_ => new double[(categories.Count + 1) * classes])];
        _counts = [.. Enumerable.Range(0, Folds).Select(_ => new long[categories.Count + 1])];
        var positions = CategoryPositions.Of(column, categories);
        for (var row = 0; row < rows; row++)
        {
            var code = column.Codes[row];
            var position = code == CategoryColumn.Missing || positions[code] < 0 ? categories.Count : positions[code];
            var fold = row % Folds;
            _counts[fold][position]++;
            if (classes == 1)
                _sums[fold][position] += label[row];
            else
                _sums[fold][(position * classes) + (int)label[row]]++;
        }
    }

    /// <summary>The mean targets over all folds but one; with -1 over all.</summary>
    public TableEncoder Target(string feature, double smoothing, int withoutFold = -1)
    {
        var folds = Enumerable.Range(0, Folds).Where(f => f != withoutFold).ToArray();
        var rows = folds.Sum(f => _counts[f].Sum());
        var table = new float[(_categories.Count + 1) * _width];
        for (var output = 0; output < _width; output++)
        {
            var overall = rows == 0 ? 0 : folds.Sum(f => Strided(_sums[f], output)) / rows;
            for (var position = 0; position <= _categories.Count; position++)
            {
                var at = (position * _width) + output;
                var weight = folds.Sum(f => _counts[f][position]) + smoothing;
                table[at] = (float)(weight == 0 ? overall : (folds.Sum(f => _sums[f][at]) + (smoothing * overall)) / weight);
            }
        }
        return new TableEncoder { Feature = feature, Categories = _categories, Table = table };
    }

    /// <summary>Each category's share of the rows.</summary>
    public TableEncoder Frequency(string feature)
    {
        var rows = Math.Max(1, _counts.Sum(c => c.Sum()));
        return new TableEncoder
        {
            Feature = feature,
            Categories = _categories,
            Table = [.. Enumerable.Range(0, _categories.Count + 1).Select(p => (float)((double)_counts.Sum(c => c[p]) / rows))],
        };
    }

    double Strided(double[] sums, int output)
    {
        var total = 0.0;
        for (var i = output; i < sums.Length; i += _width)
            total += sums[i];
        return total;
    }
}
