using System.Globalization;

namespace Progeny.Core.Datasets;

/// <summary>
/// The classes of a manifest as a model may call them: as texts, as numbers (1 and 1.0 are the text 1), as booleans, or by their place.
/// </summary>
internal sealed class ClassNames
{
    private readonly IReadOnlyList<string> _classes;
    private readonly Dictionary<string, int> _byText = new(StringComparer.Ordinal);
    private readonly Dictionary<double, int> _byNumber = [];

    public ClassNames(IReadOnlyList<string> classes)
    {
        _classes = classes;
        for (var i = 0; i < classes.Count; i++)
            _byText.TryAdd(classes[i], i);
        // Where two classes are the same number, they are told apart as texts only.
        var numbers = classes.Select(NumberOf).ToList();
        if (numbers.OfType<double>().Distinct().Count() == numbers.OfType<double>().Count())
        {
            for (var i = 0; i < numbers.Count; i++)
            {
                if (numbers[i] is { } number)
                    _byNumber.Add(number, i);
            }
        }
    }

    public int Count => _classes.Count;

    /// <summary>The classes as messages list them.</summary>
    public string Text => List(_classes);

    public string this[int index] => _classes[index];

    /// <summary>A list as messages show it.</summary>
    public static string List(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));

    /// <summary>The class of a name; null: there is none of that name.</summary>
    public int? Find(string name) =>
        _byText.TryGetValue(name, out var index) || (NumberOf(name) is { } number && _byNumber.TryGetValue(number, out index))
            ? index
            : null;

    /// <summary>Whether a model whose columns have these names has them in another order than the manifest, or other classes.</summary>
    /// <param name="names">The names of the columns, in their order.</param>
    /// <param name="areNumbers">Whether they are whole numbers, which may be mere places.</param>
    public bool Contradict(IReadOnlyList<string> names, bool areNumbers)
    {
        var found = names.Select(Find).ToList();
        if (names.Count == Count && found.Select((index, column) => index == column).All(same => same))
            return false;
        if (!areNumbers)
            return true;
        // 0, 1, 2 are places, unless the manifest has these very numbers in another order.
        var arePlaces = names.Select((name, column) => name == column.ToString(CultureInfo.InvariantCulture)).All(same => same);
        if (arePlaces)
            return names.Count == Count && found.TrueForAll(index => index is not null);
        if (names.Count != Count || found.Exists(index => index is not null))
            return true;
        // Codes of the trainer's own, such as -1 and 1: classes are coded in their order.
        var codes = names.Select(name => long.Parse(name, CultureInfo.InvariantCulture)).ToList();
        return codes.Zip(codes.Skip(1)).Any(pair => pair.First >= pair.Second);
    }

    private static double? NumberOf(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number
        : text.Equals("true", StringComparison.OrdinalIgnoreCase) ? 1
        : text.Equals("false", StringComparison.OrdinalIgnoreCase) ? 0
        : null;
}
