using System.Globalization;
using Progeny.Core.Datasets;
using Progeny.Trainer.Settings;

namespace Progeny.Trainer.Data;

/// <summary>Turns the label's fields into class indices or values.</summary>
internal sealed class LabelReader(TrainerLabel label, Objective objective, int position)
{
    readonly Dictionary<string, int> _classes =
        label.Classes.Select((name, index) => (name, index)).ToDictionary(c => c.name, c => c.index, StringComparer.Ordinal);

    public int Position { get; } = position;

    public List<float> Values { get; } = [];

    /// <summary>Takes the next row's field; returns what is wrong with it, or null.</summary>
    public string? Add(ReadOnlySpan<byte> bytes)
    {
        var field = System.Text.Encoding.UTF8.GetString(bytes);
        if (field.Length == 0)
            return "the label is empty, but every training row needs one";
        if (_classes.Count > 0)
        {
            if (!_classes.TryGetValue(field, out var index))
                return $"'{field}' is none of the classes {string.Join(", ", label.Classes)}";
            Values.Add(index);
            return null;
        }
        if (!double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return $"'{field}' is not a number";
        if (!float.IsFinite((float)number))
            return $"'{field}' is not finite as a 32-bit number";
        if (!objective.Allows(number))
            return $"{field} is outside what the objective {objective.Name} can learn, which is {objective.LabelRange}";
        Values.Add((float)number);
        return null;
    }
}
