using System.CommandLine;
using System.Text.Json.Nodes;

namespace Progeny.Cli.Common;

/// <summary><c>--reason</c> and <c>--by</c>, which are kept with a decision.</summary>
internal sealed class ReasonOptions
{
    private readonly Option<string?> reason;
    private readonly Option<string?> by = new("--by") { Description = "Who decides; kept with the decision.", HelpName = "NAME" };

    private ReasonOptions(bool required) => reason = new("--reason") { Description = "Why; kept with the decision.", HelpName = "TEXT", Required = required };

    public static ReasonOptions AddTo(Command command, bool required = false)
    {
        var options = new ReasonOptions(required);
        command.Options.Add(options.reason);
        command.Options.Add(options.by);
        return options;
    }

    /// <summary>The body of the request.</summary>
    public JsonObject Read(ParseResult result)
    {
        var body = new JsonObject();
        if (result.GetValue(reason) is { } why)
            body["reason"] = why;
        if (result.GetValue(by) is { } who)
            body["by"] = who;
        return body;
    }
}
