using System.CommandLine;

namespace Progeny.Cli.Common;

/// <summary>Arguments that several commands share.</summary>
internal static class Arguments
{
    public static Argument<string> Project() => new("PROJECT") { Description = "The project's name." };

    public static Argument<string> Version() =>
        new("VERSION") { Description = "The generation, as release:generation: 1.2.0:3." };

    public static Argument<string> Job() => new("ID") { Description = "The job's id." };

    public static Option<long?> Sequence() =>
        new("--sequence")
        {
            Description = "The record's place in the log, where its id was used again (see query show); without it the newest.",
            HelpName = "N",
        };

    public static Argument<string> Query() => new("QUERY_ID") { Description = "The query's id, as the answer gave it." };
}
