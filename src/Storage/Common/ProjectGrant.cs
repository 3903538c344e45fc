using System.IO.Enumeration;

namespace Progeny.Storage.Common;

/// <summary>The projects that may use a feed or a webhook: names and patterns with <c>*</c>, separated by commas.</summary>
internal static class ProjectGrant
{
    /// <summary>The setting where there is none: all projects.</summary>
    public const string All = "*";

    /// <summary>Whether the setting names a project.</summary>
    public static bool Includes(string setting, string project) =>
        Split(setting).Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, project, ignoreCase: false));

    /// <summary>What is wrong with the setting; null: nothing.</summary>
    public static string? Problem(string key, string? setting)
    {
        const string Right = "write names of projects, with * for any characters, separated by commas, e.g. flights, sales-*";
        var patterns = Split(setting ?? "");
        if (patterns.Length == 0)
            return $"{key} names no project; {Right}, or leave it out for all.";
        var wrong = Array.Find(patterns, pattern => pattern.AsSpan().ContainsAnyExcept(Allowed));
        return wrong is null ? null : $"{key} has '{wrong}'; {Right}.";
    }

    private static readonly System.Buffers.SearchValues<char> Allowed = System.Buffers.SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz0123456789_-*");

    private static string[] Split(string setting) => setting.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries);
}
