using System.Text;
using Progeny.Core.Manifests;
using Spectre.Console;

namespace Progeny.Cli.Common;

/// <summary>Shows what is wrong in a manifest, each error with its line and a mark under its column.</summary>
internal static class ManifestErrors
{
    private const int MaxColumns = 100;

    public static void Write(IAnsiConsole console, IReadOnlyList<ManifestError> errors, string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        foreach (var error in errors)
        {
            var path = error.Path.Length == 0 ? "" : $"{error.Path}: ";
            console.MarkupLine(
                $"[bold]{error.File.EscapeMarkup()}:{error.Line}:{error.Column}:[/] {path.EscapeMarkup()}{error.Message.EscapeMarkup()}");
            if (error.Line <= lines.Length && lines[error.Line - 1].Length > 0)
                WriteSource(console, error, lines[error.Line - 1]);
        }

        console.WriteLine();
        console.MarkupLine($"[red bold]{Tables.Plural(errors.Count, "error")}[/] in {errors[0].File.EscapeMarkup()}");
    }

    private static void WriteSource(IAnsiConsole console, ManifestError error, string line)
    {
        // Of a long line, the part around the column; a tab is one column wide, as the parser counts columns.
        var start = error.Column > MaxColumns ? error.Column - MaxColumns / 2 : 0;
        var shown = new StringBuilder();
        foreach (var character in line.Skip(start).Take(MaxColumns))
            shown.Append(char.IsControl(character) ? ' ' : character);
        console.MarkupLine($"[grey]{error.Line,6} | [/]{shown.ToString().EscapeMarkup()}");
        console.MarkupLine($"[grey]       | [/]{new string(' ', Math.Max(0, error.Column - 1 - start))}[red]^[/]");
    }
}
