using System.Globalization;
using Progeny.Cli.Common;
using Progeny.Core.Datasets.Catalog;
using Spectre.Console;

namespace Progeny.Cli.Datasets;

/// <summary>Datasets as tables.</summary>
internal static class DatasetTables
{
    private const int ShownColumns = 40;

    /// <summary>A version, with its columns.</summary>
    public static void Write(IAnsiConsole console, DatasetVersion version)
    {
        Tables.WritePairs(
            console,
            ("dataset", version.Dataset),
            ("version", version.Version.ToString(CultureInfo.InvariantCulture)
                + (version.State == DatasetState.Ready ? "" : $" ({version.State.ToString().ToLowerInvariant()})")),
            ("from", $"{version.Source ?? version.Origin} ({version.Format}, {Bytes(version.Bytes)})"),
            ("rows", version.Rows is { } rows ? Tables.Count(rows) : "no table"),
            ("quarantined", version.Quarantined > 0 ? Tables.Count(version.Quarantined) : null),
            ("contract", version.Contract?.ToString(CultureInfo.InvariantCulture)),
            ("held", version.HeldReason),
            ("note", version.Note),
            ("sha256", version.Digest),
            ("made", $"{Tables.Time(version.CreatedAt)} by {version.CreatedBy}"));
        if (version.Columns.Count == 0)
            return;
        var table = Tables.Create(console, "column", "type");
        foreach (var column in version.Columns.Take(ShownColumns))
            table.AddTexts(column.Name, column.Type.ToLowerInvariant());
        console.Write(table);
        if (version.Columns.Count > ShownColumns)
            console.WriteLine($"and {Tables.Plural(version.Columns.Count - ShownColumns, "column")} more");
    }

    /// <summary>Versions, one a line.</summary>
    public static void Write(IAnsiConsole console, IReadOnlyList<DatasetVersion> versions)
    {
        var table = Tables.Create(console, "version", "state", "rows", "columns", "size", "format", "from", "made", "by", "note")
            .RightAlign(2, 5);
        foreach (var version in versions)
        {
            table.AddTexts(
                version.Version.ToString(CultureInfo.InvariantCulture), version.State.ToString().ToLowerInvariant(),
                version.Rows is { } rows ? Tables.Count(rows) : "–", Tables.Count(version.Columns.Count), Bytes(version.Bytes),
                    version.Format,
                version.Source ?? version.Origin, Tables.Time(version.CreatedAt), version.CreatedBy, version.HeldReason ?? version.Note
                    ?? "");
        }

        console.Write(table);
    }

    /// <summary>A size: 1.5 MB.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB"];
        var (size, unit) = ((double)bytes, 0);
        for (; size >= 1000 && unit < units.Length - 1; unit++)
            size /= 1000;
        return string.Create(CultureInfo.InvariantCulture, $"{size:0.#} {units[unit]}");
    }
}
