using System.Globalization;
using System.Text;
using Progeny.Core.Datasets;
using Progeny.Core.Manifests;

namespace Progeny.Trainer.Data;

/// <summary>Turns the fields of one CSV column into a feature's values.</summary>
internal abstract class FieldReader(int position)
{
    public int Position { get; } = position;

    public abstract DataColumn Column { get; }

    /// <summary>Takes the next row's field; returns what is wrong with it, or null.</summary>
    public abstract string? Add(ReadOnlySpan<byte> field);

    public static FieldReader For(TrainerFeature feature, int position) => feature.Type switch
    {
        FeatureType.Category => new Category(feature, position),
        FeatureType.Text => throw new TrainerException(
            $"feature '{feature.Name}' is of type text, which the trainer xgboost cannot use; "
            + "make it a category, leave it out, or train with pipeline.command"),
        _ => new Number(feature, position),
    };

    static string Empty => "the field is empty, but the feature is not nullable";

    sealed class Number(TrainerFeature feature, int position) : FieldReader(position)
    {
        readonly List<float> _values = [];

        public override DataColumn Column => new NumberColumn(feature.Name, _values);

        public override string? Add(ReadOnlySpan<byte> field)
        {
            if (!TryParse(field, out var value))
                return $"'{System.Text.Encoding.UTF8.GetString(field)}' is not {Expected}";
            if (float.IsNaN(value) && !feature.Nullable)
                return Empty;
            if (float.IsInfinity(value))
                return $"'{System.Text.Encoding.UTF8.GetString(field)}' is not finite as a 32-bit number";
            _values.Add(value);
            return null;
        }

        string Expected => feature.Type switch
        {
            FeatureType.Bool => "true or false",
            FeatureType.Int => "a whole number",
            _ => "a number",
        };

        bool TryParse(ReadOnlySpan<byte> field, out float value)
        {
            value = float.NaN;
            if (field.Length == 0)
                return true;
            if (feature.Type == FeatureType.Bool)
            {
                var truth = Ascii.EqualsIgnoreCase(field, "true"u8);
                value = truth ? 1 : 0;
                return truth || Ascii.EqualsIgnoreCase(field, "false"u8);
            }
            // An int goes to the model as INT64 and is cast there, so it is rounded once, from 64 bits.
            if (feature.Type == FeatureType.Int
                && long.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            {
                value = whole;
                return true;
            }
            if (!double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                return false;
            value = (float)number;
            return feature.Type == FeatureType.Float || Math.Floor(number) == number;
        }
    }

    sealed class Category(TrainerFeature feature, int position) : FieldReader(position)
    {
        readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
        readonly CategoryColumn _column = new(feature.Name, [], []);
        char[] _chars = new char[64];

        public override DataColumn Column => _column;

        public override string? Add(ReadOnlySpan<byte> field)
        {
            if (field.Length == 0)
            {
                if (!feature.Nullable)
                    return Empty;
                _column.Codes.Add(CategoryColumn.Missing);
                return null;
            }
            if (_chars.Length < field.Length)
                _chars = new char[field.Length];
            var value = _chars.AsSpan(0, System.Text.Encoding.UTF8.GetChars(field, _chars));
            var codes = _codes.GetAlternateLookup<ReadOnlySpan<char>>();
            if (!codes.TryGetValue(value, out var code))
            {
                code = _codes.Count;
                _column.Values.Add(value.ToString());
                _codes.Add(_column.Values[code], code);
            }
            _column.Codes.Add(code);
            return null;
        }
    }
}
