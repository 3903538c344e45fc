using System.Globalization;

namespace Progeny.Storage.Bench;

/// <summary>Figures as scripts read them.</summary>
internal static class Figures
{
    public static void Print(string name, double value) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"result {name} {value:0.###}"));
}
