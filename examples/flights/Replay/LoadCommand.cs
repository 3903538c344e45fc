using System.CommandLine;
using Progeny.Replay.Feeds;

namespace Progeny.Replay;

/// <summary><c>load</c>: makes the examples' feeds from the files of the npm package vega-datasets.</summary>
internal static class LoadCommand
{
    public static Command Create()
    {
        var source = new Option<DirectoryInfo>("--source") { Required = true, Description = "The folder of flights-20k.json, airports.csv and penguins.json" };
        var flights = new Option<FileInfo>("--flights") { Required = true, Description = "The SQLite file to make of flights and airports" };
        var penguins = new Option<FileInfo>("--penguins") { Required = true, Description = "The CSV file to make of the penguins" };
        var command = new Command("load", "Makes the examples' data; what is there already is left alone.") { source, flights, penguins };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var from = arguments.GetRequiredValue(source).FullName;
            var database = arguments.GetRequiredValue(flights);
            if (!database.Exists)
                await FlightsFeed.BuildAsync(Path.Combine(from, "flights-20k.json"), Path.Combine(from, "airports.csv"), database.FullName, cancellationToken);
            var csv = arguments.GetRequiredValue(penguins);
            if (!csv.Exists)
                await PenguinsFile.WriteAsync(Path.Combine(from, "penguins.json"), csv.FullName, cancellationToken);
        });
        return command;
    }
}
