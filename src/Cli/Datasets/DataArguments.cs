using System.CommandLine;

namespace Progeny.Cli.Datasets;

/// <summary>Arguments that the commands of datasets share.</summary>
internal static class DataArguments
{
    public static Argument<string> Dataset() => new("NAME") { Description = "The dataset's name." };

    public static Argument<int> Version() => new("VERSION") { Description = "The number of the version." };
}
