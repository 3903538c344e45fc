using System.Globalization;

namespace Progeny.Data.Bench;

/// <summary>What is measured, and how much of it.</summary>
internal sealed record BenchSettings
{
    /// <summary>The parts that are run; empty: all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>The rows of a part; null: its own number.</summary>
    public int? Rows { get; init; }

    /// <summary>The columns of the table that is profiled.</summary>
    public int Columns { get; init; } = 100;

    /// <summary>How often two that are compared take turns.</summary>
    public int Rounds { get; init; } = 5;

    public bool Has(string part) => Only.Count == 0 || Only.Contains(part, StringComparer.Ordinal);

    public static BenchSettings Parse(string[] args)
    {
        var settings = new BenchSettings();
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            settings = args[i] switch
            {
                "--only" => settings with { Only = args[i + 1].Split(',') },
                "--rows" => settings with { Rows = Number(args[i + 1]) },
                "--columns" => settings with { Columns = Number(args[i + 1]) },
                "--rounds" => settings with { Rounds = Number(args[i + 1]) },
                _ => throw new ArgumentException($"There is no option '{args[i]}'.", nameof(args)),
            };
        }

        return settings;
    }

    private static int Number(string text) => int.Parse(text.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
}
