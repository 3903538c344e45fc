using System.Globalization;
using System.Text.RegularExpressions;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Training;
using Progeny.Core.Manifests;

namespace Progeny.Grains.Datasets;

/// <summary>The projects that read datasets, and the jobs under way that read or write them.</summary>
public sealed class DatasetUsers(IGrainFactory grains)
{
    private const string DatasetPrefix = "dataset:";
    private const string FilePrefix = "file:";

    /// <summary>The projects that read a dataset, or one version of it: in the SQL of their newest release, or of that of their champion.
    /// </summary>
    /// <param name="version">The version that the SQL names; null: whichever it reads.</param>
    /// <returns>Their names, in ordinal order.</returns>
    public async Task<IReadOnlyList<string>> FindProjectsAsync(string dataset, int? version = null)
    {
        var named = version is { } number
            ? string.Create(CultureInfo.InvariantCulture, $@"\s*@\s*0*{number}(?!\d)")
            : @"(?![\w-])";
        var mention = new Regex(
            $"""(?<![\w."])"?datasets"?\s*\.\s*"?{Regex.Escape(dataset)}"?{named}""",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
            TimeSpan.FromSeconds(1));
        var reading = await Task.WhenAll((await ListProjectsAsync()).Select(
            async name => (name, Reads: await ReadsAsync(name, mention))));
        return [.. reading.Where(project => project.Reads).Select(project => project.name)];
    }

    /// <summary>The datasets that a project reads, in the SQL of its newest release or of that of its champion.</summary>
    public async Task<IReadOnlySet<string>> FindDatasetsAsync(string project)
    {
        var mention = new Regex(
            """(?<![\w."])"?datasets(@\d+)?"?\s*\.\s*"?(?<name>[\w-]+)""",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(1));
        return (await ListQueriesAsync(project)).SelectMany(query => mention.Matches(query)).Select(match => match.Groups["name"].Value)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The batch applies that have not ended.</summary>
    public async Task<IReadOnlyList<JobInfo>> ListAppliesAsync()
    {
        var jobs = await Task.WhenAll((await ListProjectsAsync()).Select(name => grains.GetGrain<IProjectGrain>(name).ListRecentJobs()));
        var found = await Task.WhenAll(jobs.SelectMany(ids => ids).Select(id => grains.GetGrain<IJobGrain>(id).Get()));
        return
        [
            .. found.OfType<JobInfo>().Where(job =>
                job.Request.Apply is not null && job.Status is JobStatus.Queued or JobStatus.Running),
        ];
    }

    /// <summary>The batch applies that have not ended and read or write a dataset, or one version of it.</summary>
    public static IEnumerable<JobInfo> Using(IEnumerable<JobInfo> applies, string dataset, int? version)
    {
        var name = DatasetPrefix + dataset;
        var full = string.Create(CultureInfo.InvariantCulture, $"{name}@{version}");
        return applies.Where(job => version is null
            ? job.Request.Apply!.Input == name || job.Request.Apply.Output == name
                || job.Request.Apply.Input.StartsWith(name + "@", StringComparison.Ordinal)
            : job.Request.Apply!.Input == full);
    }

    /// <summary>The files that were sent for batch applies which have not ended.</summary>
    public static IReadOnlySet<string> FilesOf(IEnumerable<JobInfo> applies) => applies.Select(job => job.Request.Apply!.Input)
        .Where(input => input.StartsWith(FilePrefix, StringComparison.Ordinal)).Select(input => input[FilePrefix.Length..])
        .ToHashSet(StringComparer.Ordinal);

    private async Task<IReadOnlyList<string>> ListProjectsAsync() => await grains.GetGrain<IRosterGrain>(IRosterGrain.Key).List();

    private async Task<bool> ReadsAsync(string name, Regex mention) => (await ListQueriesAsync(name)).Any(mention.IsMatch);

    private async Task<IReadOnlyList<string>> ListQueriesAsync(string name)
    {
        if (await grains.GetGrain<IProjectGrain>(name).Get() is not { } project)
            return [];
        List<string> queries = [];
        foreach (var version in new[] { project.Releases.LastOrDefault(), project.Champion?.Release }.OfType<string>().Distinct())
        {
            if (await grains.GetGrain<IReleaseGrain>($"{name}@{version}").Get() is { } release)
                queries.AddRange(ManifestCache.Of(release).Feeds.Select(use => use.Query));
        }

        return queries;
    }
}
