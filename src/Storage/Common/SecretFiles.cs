using Microsoft.Extensions.Configuration;

namespace Progeny.Storage.Common;

/// <summary>
/// Settings that are secrets, from files: <c>Cluster:ConnectionStringFile</c> names the file that holds <c>Cluster:ConnectionString</c>. A
/// relative path is looked for among the credentials of a systemd unit first (<c>LoadCredential=</c>).
/// </summary>
public static class SecretFiles
{
    private const string Suffix = "File";
    private const string AnyName = "*";
    private const string Credentials = "CREDENTIALS_DIRECTORY";
    private const int MaxBytes = 1024 * 1024;
    private const UnixFileMode ReadByOthers = UnixFileMode.OtherRead;

    /// <summary>The keys of the secrets; <c>*</c> stands for a name of the operator's own.</summary>
    private static readonly string[][] Secrets =
    [
        .. new[]
        {
            "Cluster:ConnectionString", "Feeds:*:ConnectionString", "Feeds:*:WriteConnectionString", "Webhooks:*:Url", "Webhooks:*:Secret", "Tap:RabbitMq:Uri",
            "Artifacts:AccessKey", "Artifacts:SecretKey", "Security:Pepper", "Security:Tls:Password", "Silo:Tls:Password",
            "Security:OpenIdConnect:ClientSecret", "QueryLog:Archive:AccessKey", "QueryLog:Archive:SecretKey",
            "Datasets:Buckets:*:AccessKey", "Datasets:Buckets:*:SecretKey",
        }.Select(key => key.Split(':')),
    ];

    /// <summary>Whether a setting is a secret, which a file may hold.</summary>
    public static bool IsSecret(string key)
    {
        var parts = key.Split(':');
        return Array.Exists(Secrets, secret => secret.Length == parts.Length && secret.Zip(parts).All(pair =>
            pair.First == AnyName ? pair.Second.Length > 0 : pair.First.Equals(pair.Second, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>Reads the files that the settings name, and adds what they hold.</summary>
    /// <returns>Warnings: which files others may read.</returns>
    /// <exception cref="SecretFileException">A file cannot be read or holds nothing, or a secret is given twice.</exception>
    public static IReadOnlyList<string> AddSecretFiles(this IConfigurationBuilder builder, IConfiguration configuration)
    {
        var found = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var warnings = new List<string>();
        foreach (var (key, path) in configuration.AsEnumerable())
        {
            if (string.IsNullOrEmpty(path) || !key.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) || !IsSecret(key[..^Suffix.Length]))
                continue;
            var secret = key[..^Suffix.Length];
            if (!string.IsNullOrEmpty(configuration[secret]))
                throw new SecretFileException($"{secret} and {key} are both set; set one of them.");
            var file = Locate(path);
            found.Add(secret, Read(key, file));
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ReadByOthers) != 0)
                warnings.Add($"{key}: everybody on the machine may read the file '{file}' (chmod o-r keeps others out)");
        }

        if (found.Count > 0)
            builder.AddInMemoryCollection(found);
        return warnings;
    }

    private static string Locate(string path) =>
        Environment.GetEnvironmentVariable(Credentials) is { Length: > 0 } folder && !Path.IsPathRooted(path)
            && Path.Combine(folder, path) is var given && File.Exists(given)
            ? given
            : path;

    /// <summary>Reads a file that holds a secret and nothing else.</summary>
    /// <param name="key">The setting that names it.</param>
    /// <returns>The secret, without the line breaks at its end.</returns>
    /// <exception cref="SecretFileException">The file cannot be read, holds nothing, or too much.</exception>
    public static string Read(string key, string file)
    {
        try
        {
            if (new FileInfo(file).Length > MaxBytes)
                throw new SecretFileException(
                    $"{key}: the file '{file}' has more than {MaxBytes} bytes; it must hold the secret and nothing else.");
            return File.ReadAllText(file).TrimEnd('\r', '\n') is { Length: > 0 } secret
                ? secret
                : throw new SecretFileException($"{key}: the file '{file}' is empty; it must hold the secret.");
        }
        catch (Exception exception) when (exception is IOException and not SecretFileException or UnauthorizedAccessException)
        {
            throw new SecretFileException($"{key}: the file '{file}' cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Writes a file that is not there yet, for its owner only; it is there whole or not at all.</summary>
    /// <exception cref="IOException">It is there, or cannot be written.</exception>
    public static void Write(string path, string secret)
    {
        var draft = $"{path}.{Guid.NewGuid():n}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var stream = new FileStream(draft, options))
            {
                using var writer = new StreamWriter(stream, leaveOpen: true);
                writer.WriteLine(secret);
                writer.Flush();
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: false);
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
