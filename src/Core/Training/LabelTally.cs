using System.Globalization;
using System.Text;
using Progeny.Abstractions.Queries;
using Progeny.Core.Datasets;
using Progeny.Core.Queries;

namespace Progeny.Core.Training;

/// <summary>How the labels that a model returns go with its probabilities, row by row.</summary>
internal sealed class LabelTally(string output, ClassNames classes)
{
    private readonly List<(string Label, float[] Scores)> _rows = [];
    private float _tie;
    private bool _areTexts;

    public void Add(Tensor labels, Prediction prediction, float tie)
    {
        _tie = tie;
        _areTexts = labels.Type == DataType.Bytes;
        for (var row = 0; row < prediction.Rows; row++)
        {
            var label = _areTexts
                ? Encoding.UTF8.GetString(labels.Elements[row].Span)
                : TensorValues.Read(labels, row).ToString("R", CultureInfo.InvariantCulture);
            _rows.Add((label, prediction.Row(row).ToArray()));
        }
    }

    /// <summary>What contradicts the order of the classes; null: nothing does.</summary>
    public string? Contradiction()
    {
        var names = _rows.Select(row => row.Label).Distinct(StringComparer.Ordinal).ToList();
        if (IndexesOf(names) is not { } indexes)
        {
            // Texts or numbers that are something else; but where some are classes, the others are classes that the manifest does not have.
            var strange = names.Where(name => classes.Find(name) is null).ToList();
            return strange.Count < names.Count || (_areTexts && NamesLabels())
                ? $"its output '{output}' also says {ClassNames.List(strange.Take(5))}"
                : null;
        }

        var rows = _rows.ConvertAll(row => (Class: indexes[row.Label], row.Scores));
        return classes.Count == 2 && names.Count == 2 ? Opposite(rows) : Elsewhere(rows);
    }

    /// <summary>The class of each label; null: not all of them are classes.</summary>
    private Dictionary<string, int>? IndexesOf(List<string> names)
    {
        if (names.TrueForAll(name => classes.Find(name) is not null))
            return names.ToDictionary(name => name, name => classes.Find(name)!.Value, StringComparer.Ordinal);
        // Numbers that are no classes are the classes' places.
        return !_areTexts && names.TrueForAll(name => classes.Find(name) is null && IsPlace(name))
            ? names.ToDictionary(name => name, name => int.Parse(name, CultureInfo.InvariantCulture), StringComparer.Ordinal)
            : null;
    }

    private bool IsPlace(string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && place < classes.Count;

    private bool NamesLabels() =>
        output.Contains("label", StringComparison.OrdinalIgnoreCase) || output.Contains("class", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Of two classes, each must be more probable where the model says it. Whether it is the more probable of both does not matter: a model
    /// may decide by a threshold of its own.
    /// </summary>
    private string? Opposite(List<(int Class, float[] Scores)> rows)
    {
        var means = new[] { 0, 1 }.Select(label => rows.Where(row => row.Class == label).Average(row => (double)row.Scores[1])).ToArray();
        return means[1] < means[0] - _tie
            ? $"the rows of which its output '{output}' says '{classes[1]}' have a lower probability of '{classes[1]}' by them "
                + $"({Text(means[1])} on average) than those of which it says '{classes[0]}' ({Text(means[0])})"
            : null;
    }

    private string? Elsewhere(List<(int Class, float[] Scores)> rows)
    {
        foreach (var label in rows.GroupBy(row => row.Class))
        {
            var hits = label.Where(row => IsDecided(row.Scores)).CountBy(row => Array.IndexOf(row.Scores, row.Scores.Max())).ToDictionary();
            if (hits.Count == 0)
                continue;
            var (most, count) = hits.MaxBy(pair => pair.Value);
            if (count > hits.GetValueOrDefault(label.Key))
                return $"where its output '{output}' says '{classes[label.Key]}', by them '{classes[most]}' is the most probable in "
                    + $"{count} of {hits.Values.Sum()} rows";
        }

        return null;
    }

    private bool IsDecided(float[] scores)
    {
        var greatest = scores.Max();
        return scores.Count(score => score > greatest - _tie) == 1;
    }

    private static string Text(double value) => value.ToString("G3", CultureInfo.InvariantCulture);
}
