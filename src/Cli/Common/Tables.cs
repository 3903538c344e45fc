using System.Globalization;
using Spectre.Console;

namespace Progeny.Cli.Common;

/// <summary>Tables and figures as all commands show them: with lines in a terminal, bare columns in a file or a pipe.</summary>
internal static class Tables
{
    public static Table Create(IAnsiConsole console, params IEnumerable<string> columns)
    {
        var lines = console.Profile.Out.IsTerminal;
        var table = new Table().BorderStyle(new Style(Color.Grey)).Border(lines ? TableBorder.Rounded : TableBorder.None);
        foreach (var name in columns)
        {
            var column = new TableColumn(new Text(name, new Style(decoration: Decoration.Bold)));
            table.AddColumn(lines ? column : column.Padding(0, 0, 2, 0));
        }

        return table;
    }

    /// <summary>Columns of figures, from the given one on.</summary>
    public static Table RightAlign(this Table table, int from, int? to = null)
    {
        for (var i = from; i < (to ?? table.Columns.Count); i++)
            table.Columns[i].RightAligned();
        return table;
    }

    public static void AddTexts(this Table table, params IEnumerable<string> cells) => table.AddRow(cells.Select(cell => new Text(cell)));

    /// <summary>Names and values, one a line; what is null or empty is left out. At least one is not.</summary>
    public static void WritePairs(IAnsiConsole console, params IEnumerable<(string Name, string? Value)> pairs)
    {
        List<(string Name, string? Value)> shown = [.. pairs.Where(pair => !string.IsNullOrEmpty(pair.Value))];
        if (!console.Profile.Out.IsTerminal)
        {
            var width = shown.Max(pair => pair.Name.Length);
            foreach (var (name, value) in shown)
                console.WriteLine($"{name.PadRight(width)}  {value}");
            return;
        }

        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var (name, value) in shown)
            grid.AddRow(new Text(name, new Style(Color.Grey)), new Text(value!));
        console.Write(grid);
    }

    /// <summary>A metric's figure; a dash where there is none, and a word where no number can hold it.</summary>
    public static string Figure(double? value) => value switch
    {
        null => "–",
        { } number when !double.IsFinite(number) => "not finite",
        { } number when Math.Abs(number) < 1000 => number.ToString("0.0000", CultureInfo.InvariantCulture),
        { } number => number.ToString("G6", CultureInfo.InvariantCulture),
    };

    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Time(DateTimeOffset? value) =>
        value?.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";

    public static string Duration(TimeSpan value) => value switch
    {
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{value.TotalSeconds:0.0} s"),
        { TotalHours: < 1 } => value.ToString(@"m\:ss", CultureInfo.InvariantCulture),
        { TotalDays: < 1 } => value.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture),
        _ => value.ToString(@"d' d 'h\:mm", CultureInfo.InvariantCulture),
    };

    /// <summary>'1 row', '2 rows'.</summary>
    public static string Plural(long count, string noun) => $"{Count(count)} {noun}{(count == 1 ? "" : "s")}";
}
