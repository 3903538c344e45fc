using System.Buffers;
using System.Text.RegularExpressions;

namespace Progeny.Core.Tracking;

/// <summary>The checks of names and values, with MLflow's messages.</summary>
public static partial class TrackingChecks
{
    private const int MatchMilliseconds = 1000;
    private const int MaxShown = 100;

    private static readonly SearchValues<char> _usual =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_.- :");

    /// <summary>A value that a request must have.</summary>
    /// <exception cref="TrackingException">It has none.</exception>
    public static string Required(string? value, string parameter) =>
        string.IsNullOrEmpty(value) ? throw MissingValue(parameter) : value;

    /// <inheritdoc cref="Required(string?, string)"/>
    public static T Required<T>(T? value, string parameter)
        where T : struct => value ?? throw MissingValue(parameter);

    /// <summary>The name of a metric, a parameter or a tag.</summary>
    /// <exception cref="TrackingException">It is no name.</exception>
    public static string Name(string? name, string parameter)
    {
        if (string.IsNullOrEmpty(name))
            throw MissingValue(parameter);
        if (name.Length > TrackingLimits.Key)
            throw TooLong(name, parameter, TrackingLimits.Key);
        // Nearly all names have letters of ASCII only.
        if (name.AsSpan().ContainsAnyExcept(_usual) && !Names().IsMatch(name))
        {
            throw Wrong(
                name,
                parameter,
                "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon (:) and slashes (/).");
        }

        return IsPath(name) ? name : throw Wrong(
            name, parameter, "Names may be treated as files in certain cases, and must not resolve to other names when treated as such.");
    }

    /// <summary>A text of a bounded length.</summary>
    /// <exception cref="TrackingException">It is longer.</exception>
    public static string? Length(string? value, string parameter, int limit) =>
        value?.Length > limit ? throw TooLong(value, parameter, limit) : value;

    /// <summary>The value of a parameter or a tag, cut to its limit.</summary>
    public static string Cut(string? value, int limit) => value is null ? "" : value.Length > limit ? value[..limit] : value;

    /// <summary>The id of a run.</summary>
    /// <exception cref="TrackingException">It is none.</exception>
    public static string RunId(string? id)
    {
        _ = Required(id, "run_id");
        return Ids().IsMatch(id!) ? id! : throw Wrong(id!, "run_id", "it must be an id such as runs/create answers.");
    }

    /// <summary>The id of an experiment.</summary>
    /// <exception cref="TrackingException">It is none, or no experiment can have it.</exception>
    public static long ExperimentId(string? id)
    {
        _ = Required(id, "experiment_id");
        return long.TryParse(id, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= 0
            ? number
            : throw TrackingException.NoExperiment(Shown(id!));
    }

    /// <summary>The name of an experiment.</summary>
    /// <exception cref="TrackingException">It is none.</exception>
    public static string ExperimentName(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw MissingValue("name");
        return Length(name, "name", TrackingLimits.ExperimentName)!;
    }

    /// <summary>The name of a registered model.</summary>
    /// <exception cref="TrackingException">It is none.</exception>
    public static string ModelName(string? name)
    {
        if (string.IsNullOrEmpty(name))
            throw TrackingException.Invalid("Registered model name cannot be empty.");
        if (name.AsSpan().ContainsAny('/', ':') || name == "." || name == "..")
        {
            throw TrackingException.Invalid(
                $"Invalid model name: '{Shown(name)}'. A registered model's name must not contain '/' or ':'.");
        }

        return Length(name, "name", TrackingLimits.ModelName)!;
    }

    /// <summary>The number of a version of a registered model.</summary>
    /// <exception cref="TrackingException">It is none.</exception>
    public static int Version(string? version)
    {
        _ = Required(version, "version");
        return int.TryParse(version, System.Globalization.CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw TrackingException.Invalid($"Model version must be an integer, got '{Shown(version!)}'");
    }

    /// <summary>The name of an alias.</summary>
    /// <exception cref="TrackingException">It is none.</exception>
    public static string Alias(string? alias)
    {
        if (string.IsNullOrEmpty(alias))
            throw TrackingException.Invalid("Registered model alias name cannot be empty.");
        _ = Length(alias, "alias", TrackingLimits.Alias);
        if (!Aliases().IsMatch(alias))
            throw TrackingException.Invalid(
                $"Invalid alias name: '{Shown(alias)}'. It may have letters, digits, '_', '-' only.");
        if (alias.Equals("latest", StringComparison.OrdinalIgnoreCase))
            throw TrackingException.Invalid("'latest' alias name (case insensitive) is reserved.");
        return VersionLike().IsMatch(alias)
            ? throw TrackingException.Invalid($"Version alias name '{alias}' is reserved: it looks like a version ('v' and a number).")
            : alias;
    }

    /// <summary>The path of an artifact behind the proxy, without slashes at its ends; empty: the root.</summary>
    /// <exception cref="TrackingException">It leaves its place, or is none.</exception>
    public static string ArtifactPath(string? path)
    {
        var trimmed = (path ?? "").Trim('/');
        if (trimmed.Length == 0)
            return "";
        var isSafe = trimmed.Length <= TrackingLimits.Location && !trimmed.Contains('\\') && !trimmed.Any(char.IsControl)
            && Array.TrueForAll(trimmed.Split('/'), part => part is not ("" or "." or ".."));
        return isSafe ? trimmed : throw TrackingException.Invalid($"Invalid path: '{Shown(trimmed)}'");
    }

    /// <summary>How many results a page may have.</summary>
    /// <exception cref="TrackingException">The request asks for none, or for more than there can be.</exception>
    public static int Results(long? asked, int usual, int most)
    {
        var count = asked ?? usual;
        return count >= 1 && count <= most
            ? (int)count
            : throw TrackingException.Invalid(
                $"Invalid value {count} for parameter 'max_results' supplied: it must be a positive integer and at most {most}.");
    }

    /// <summary>A value that a request lacks.</summary>
    public static TrackingException MissingValue(string parameter) => TrackingException.Invalid(
        $"Missing value for required parameter '{parameter}'. See the API docs for more information about request parameters.");

    private static TrackingException Wrong(string value, string parameter, string why) =>
        TrackingException.Invalid($"Invalid value \"{Shown(value)}\" for parameter '{parameter}' supplied: {why}");

    private static TrackingException TooLong(string value, string parameter, int limit) => TrackingException.Invalid(
        $"'{parameter}' exceeds the maximum length of {limit} characters: it has {value.Length} ('{Shown(value)}').");

    private static string Shown(string value) => value.Length > MaxShown ? $"{value[..MaxShown]}…" : value;

    private static bool IsPath(string name)
    {
        foreach (var part in name.AsSpan().Split('/'))
        {
            if (name.AsSpan(part) is "" or "." or "..")
                return false;
        }

        return true;
    }

    [GeneratedRegex(@"^[/\w.\- :]*\z", RegexOptions.CultureInvariant, MatchMilliseconds)]
    private static partial Regex Names();

    [GeneratedRegex(@"^[a-zA-Z0-9][\w\-]{0,255}\z", RegexOptions.CultureInvariant, MatchMilliseconds)]
    private static partial Regex Ids();

    [GeneratedRegex(@"^[\w\-]+\z", RegexOptions.CultureInvariant, MatchMilliseconds)]
    private static partial Regex Aliases();

    [GeneratedRegex(@"^[vV][0-9]+\z", RegexOptions.CultureInvariant, MatchMilliseconds)]
    private static partial Regex VersionLike();
}
