using Progeny.Abstractions.Releases;

namespace Progeny.Console.Layout;

/// <summary>The addresses of pages and of what the API lets one download.</summary>
internal static class Links
{
    public static string Project(string project) => $"/projects/{Uri.EscapeDataString(project)}";

    public static string Release(string project, string release) => $"{Project(project)}/releases/{Uri.EscapeDataString(release)}";

    public static string Generation(GenerationReference generation) =>
        $"{Project(generation.Project)}/generations/{Path(generation.Version)}";

    public static string Queries(string project, string? version = null, long? before = null)
    {
        string[] filters = [
            .. new[] { version is null ? null : $"version={Path(version)}", before is null ? null : $"before={before}" }.OfType<string>(),
        ];
        return $"{Project(project)}/queries{(filters.Length > 0 ? "?" : "")}{string.Join('&', filters)}";
    }

    public static string Decisions(string project, long? before = null) =>
        $"{Project(project)}/decisions{(before is null ? "" : $"?before={before}")}";

    /// <summary>The id is a parameter and no part of the path, where browsers would take <c>..</c> and <c>/</c> for their own.</summary>
    public static string Query(string project, string queryId) => $"{Project(project)}/query?id={Uri.EscapeDataString(queryId)}";

    public static string Model(GenerationReference generation) =>
        $"/api/projects/{Uri.EscapeDataString(generation.Project)}/generations/{Path(generation.Version)}/model";

    public static string Rows(GenerationReference generation) =>
        $"/api/projects/{Uri.EscapeDataString(generation.Project)}/generations/{Path(generation.Version)}/data";

    public static string Package(string project, string release) =>
        $"/api/projects/{Uri.EscapeDataString(project)}/releases/{Uri.EscapeDataString(release)}/package";

    public static string JobLog(string job) => $"/api/jobs/{Uri.EscapeDataString(job)}/log";

    private static string Path(string version) => Uri.EscapeDataString(version).Replace("%3A", ":", StringComparison.Ordinal);
}
