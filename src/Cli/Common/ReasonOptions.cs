using System.CommandLine;

namespace Progeny.Cli.Common;

/// <summary><c>--reason</c> and <c>--by</c>, which are kept with a decision.</summary>
internal sealed class ReasonOptions
{
    private readonly Option<string?> reason;
    private readonly Option<string?> by = new("--by") { Description = "Who decides; kept with the decision.", HelpName = "NAME" };

    private ReasonOptions(bool required) =>
        reason = new("--reason") { Description = "Why; kept with the decision.", HelpName = "TEXT", Required = required };

    public static ReasonOptions AddTo(Command command, bool required = false)
    {
        var options = new ReasonOptions(required);
        command.Options.Add(options.reason);
        command.Options.Add(options.by);
        return options;
    }

    public (string? By, string? Reason) Read(ParseResult result) => (result.GetValue(by), result.GetValue(reason));
}
