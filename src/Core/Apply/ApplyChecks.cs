using System.Globalization;
using System.Text.RegularExpressions;
using Progeny.Abstractions.Training;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Core.Apply;

/// <summary>What must be true of a batch apply before its job is stored.</summary>
public static partial class ApplyChecks
{
    private const string Formats = "file:parquet, file:csv or file:ndjson";
    private const int MaxName = 256;

    /// <summary>What is wrong with a request; null: nothing that can be seen without reading its input.</summary>
    public static string? Problem(ApplyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.MaxBadRows < 0)
            return $"max_bad_rows is {request.MaxBadRows.Value.ToString(CultureInfo.InvariantCulture)}; it must be 0 or more.";
        if (request.Keep?.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
            return $"keep names the column '{twice.Key}' more than once.";
        return ProblemOfInput(request) ?? ProblemOfOutput(request.Output);
    }

    /// <summary>The dataset that an input or an output names; null: it names none.</summary>
    public static string? DatasetOf(string place) =>
        Dataset().Match(place) is { Success: true } match ? match.Groups["name"].Value : null;

    private static string? ProblemOfInput(ApplyRequest request)
    {
        var input = request.Input;
        if (input.StartsWith("feed:", StringComparison.Ordinal))
        {
            if (string.IsNullOrWhiteSpace(request.Query))
                return $"query is missing: the SQL that feed '{input["feed:".Length..]}' is asked.";
            return request.FileName is null ? null : "file_name is for inputs that are files.";
        }

        if (request.Query is not null)
            return $"query is for an input that is a feed (feed:NAME); the input is '{input}'.";
        if (input.StartsWith("file:", StringComparison.Ordinal))
        {
            if (!Digest().IsMatch(input["file:".Length..]))
                return $"input is '{input}'; a file is named by its digest, which its upload (POST …/apply/files) gives: file:3fb2….";
            return request.FileName is { Length: > 0 and <= MaxName }
                ? null
                : $"file_name is missing, or has more than {MaxName} characters: the name of the file, whose ending says its format.";
        }

        if (request.FileName is not null)
            return "file_name is for inputs that are files.";
        return DatasetOf(input) is not null
            ? null
            : $"input is '{input}'; dataset:NAME, dataset:NAME@VERSION, feed:NAME with a query, or file:DIGEST would be right.";
    }

    private static string? ProblemOfOutput(string output) => output switch
    {
        "file:parquet" or "file:csv" or "file:ndjson" => null,
        _ when FeedTable().IsMatch(output) => null,
        _ when output.StartsWith("feed:", StringComparison.Ordinal) =>
            $"output is '{output}'; a table of a feed is written feed:NAME/TABLE, or feed:NAME/SCHEMA.TABLE.",
        _ when output.Contains('@', StringComparison.Ordinal) =>
            $"output is '{output}'; a job makes a new version of a dataset, so none can be named: dataset:NAME would be right.",
        _ when DatasetOf(output) is not null => null,
        _ => $"output is '{output}'; dataset:NAME, feed:NAME/TABLE, {Formats} would be right.",
    };

    [GeneratedRegex(
        $"^dataset:(?<name>{DatasetInfo.NamePattern})(@[1-9][0-9]{{0,8}})?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Dataset();

    [GeneratedRegex(
        "^feed:[^/@]{1,256}/([A-Za-z_][A-Za-z0-9_]{0,62}[.])?[A-Za-z_][A-Za-z0-9_]{0,62}$",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex FeedTable();

    [GeneratedRegex("^[0-9a-f]{64}$", RegexOptions.NonBacktracking)]
    private static partial Regex Digest();
}
