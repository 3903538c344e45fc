using System.CommandLine;
using Progeny.Cli.Common;
using Progeny.Cli.Feeds;
using Progeny.Cli.Releases;

namespace Progeny.Cli.Training;

/// <summary>The options of the commands that train a project on the developer's machine.</summary>
internal sealed class DevelopmentOptions
{
    private readonly CliContext context;
    private readonly Option<string> path = ProjectFolder.Option();
    private readonly Option<string[]> feeds = FeedArguments.Option();
    private readonly Option<string?> from = new("--from") { Description = "The ordinal of the first row to take.", HelpName = "ORDINAL" };
    private readonly Option<string?> to = new("--to") { Description = "The ordinal before which to stop.", HelpName = "ORDINAL" };

    private DevelopmentOptions(CliContext context) => this.context = context;

    /// <summary>Adds the options to a command.</summary>
    public static DevelopmentOptions AddTo(Command command, CliContext context)
    {
        var options = new DevelopmentOptions(context);
        command.Add(options.path);
        command.Add(options.feeds);
        command.Add(options.from);
        command.Add(options.to);
        return options;
    }

    public string? From(ParseResult result) => result.GetValue(from);

    public string? To(ParseResult result) => result.GetValue(to);

    public Task<LocalTraining> OpenAsync(ParseResult result, CancellationToken cancellationToken) => LocalTraining.OpenAsync(
        context, result.GetValue(path)!, FeedArguments.AddTo(context.Configuration, result.GetValue(feeds) ?? []), cancellationToken);
}
