using System.CommandLine;
using Progeny.Cli.Common;
using Progeny.Contracts.Datasets;

namespace Progeny.Cli.Datasets;

/// <summary><c>progeny data subscribe</c></summary>
internal static class SubscribeCommand
{
    public static Command Create(CliContext context)
    {
        var dataset = new Argument<string>("NAME") { Description = "The dataset; it is made by the first rows." };
        var name = new Option<string?>("--name") { Description = "The name of the subscription; else that of its place.", HelpName = "NAME" };
        var folder = new Option<string?>("--folder")
        {
            Description = "Take the files of a folder that an operator allowed, by its name; below a path of it with FOLDER/PATH.",
            HelpName = "FOLDER",
        };
        var bucket = new Option<string?>("--s3")
        {
            Description = "Take the objects of a bucket that an operator allowed, by its name; below a prefix with BUCKET/PREFIX.",
            HelpName = "BUCKET",
        };
        var feed = new Option<string?>("--feed") { Description = "Take the rows of a query of a feed.", HelpName = "FEED" };
        var query = new Option<string?>("--query") { Description = "The query: one SELECT.", HelpName = "SQL" };
        var watermark = new Option<string?>("--watermark")
        {
            Description = "The column of the query that orders its rows, a number or a time: rows behind the greatest that was taken are new.",
            HelpName = "COLUMN",
        };
        var key = new Option<string?>("--row-key")
        {
            Description = "The columns of the query that make a row one row; with them rows that come behind the watermark can be taken.",
            HelpName = "COLUMNS",
        };
        var every = DurationOption.Create("--every", "The time between two runs, such as 30s or 5m.");
        var command = new Command("subscribe", "Have a dataset take what comes into a folder, a bucket or the result of a query.")
        {
            dataset, name, folder, bucket, feed, query, watermark, key, every,
        };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var (place, prefix) = Split(result.GetValue(folder) ?? result.GetValue(bucket));
            var request = new SubscriptionRequest
            {
                Name = result.GetValue(name) ?? NameOf(place ?? result.GetValue(feed) ?? ""),
                Folder = result.GetValue(folder) is null ? null : place,
                Bucket = result.GetValue(bucket) is null ? null : place,
                Prefix = prefix,
                Feed = result.GetValue(feed),
                Query = result.GetValue(query),
                Watermark = result.GetValue(watermark),
                Key = result.GetValue(key)?.Split(',', StringSplitOptions.TrimEntries),
                EverySeconds = result.GetValue(every)?.TotalSeconds,
            };
            if (request.Folder is not null && request.Bucket is not null)
                throw new CliException("--folder and --s3 are two subscriptions; give one of them.", ExitCodes.Usage);
            var answer = await client.PostAsync<SubscriptionView>(
                $"api/datasets/{result.GetRequiredValue(dataset)}/subscriptions", request, cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                SubscriptionCommands.Write(context.Out, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static (string? Place, string? Prefix) Split(string? text) =>
        text?.Split('/', 2) is [var place, { Length: > 0 } prefix] ? (place, prefix) : (text?.TrimEnd('/'), null);

    /// <summary>A name like that of the place, with the letters that names may have.</summary>
    private static string NameOf(string place)
    {
        var letters = place.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '-');
        var name = string.Concat(letters);
        return name.Length > 0 && char.IsAsciiLetter(name[0]) ? name : $"s{name}";
    }
}
