using System.CommandLine;
using System.CommandLine.Parsing;
using Progeny.Core.Manifests;

namespace Progeny.Cli.Common;

/// <summary>Options whose value is a time span, written as in manifests: <c>90d</c>.</summary>
internal static class DurationOption
{
    public static Option<TimeSpan?> Create(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        CustomParser = result => Parse(name, result),
    };

    private static TimeSpan? Parse(string name, ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (ManifestUnits.TryParseDuration(text, out var duration))
            return duration;
        result.AddError($"{name}: '{text}' is no duration; it must be {ManifestUnits.DurationHint}.");
        return null;
    }
}
