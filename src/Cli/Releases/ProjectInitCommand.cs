using System.CommandLine;
using Progeny.Cli.Common;
using Progeny.Core.Releases;
using Spectre.Console;

namespace Progeny.Cli.Releases;

/// <summary><c>progeny project init</c></summary>
internal static class ProjectInitCommand
{
    public static Command Create(CliContext context)
    {
        var name = new Argument<string>("NAME") { Description = "The project's name: lower-case letters, digits, - and _." };
        var path = new Option<string?>(
            "--path") { Description = "The folder to make; without it, one of the project's name.", HelpName = "DIR" };
        var command = new Command("init", "Write a small project that works at once.") { name, path };
        command.SetAction(async (result, cancellationToken) =>
        {
            var project = result.GetRequiredValue(name);
            var folder = result.GetValue(path) ?? project;
            var files = await ProjectTemplate.WriteAsync(folder, project, cancellationToken);
            context.Out.MarkupLine($"[green]Wrote[/] the project [bold]{project.EscapeMarkup()}[/]:");
            foreach (var file in files)
                context.Out.WriteLine($"  {Path.Combine(folder, file)}");
            context.Out.WriteLine();
            context.Out.WriteLine("Next:");
            context.Out.WriteLine($"  cd {folder}");
            context.Out.WriteLine("  progeny project test");
            context.Out.WriteLine("  progeny project eval");
            return ExitCodes.Success;
        });
        return command;
    }
}
