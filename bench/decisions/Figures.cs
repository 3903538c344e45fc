using System.Globalization;

namespace Progeny.Bench.Decisions;

/// <summary>Figures for people, and as scripts read them.</summary>
internal static class Figures
{
    public static void Head(string text) => Console.WriteLine($"\n{text}");

    public static void Row(FormattableString text) => Console.WriteLine("  " + text.ToString(CultureInfo.InvariantCulture));

    public static void Result(string name, double value) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"result {name} {value:0.####}"));
}
