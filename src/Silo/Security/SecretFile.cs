using Progeny.Grains.Common;

namespace Progeny.Silo.Security;

/// <summary>A file that holds a secret and nothing else.</summary>
public static class SecretFile
{
    /// <summary>The secret, without the white space around it.</summary>
    /// <param name="setting">The setting that names the file.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="SettingException">The file cannot be read, or is empty.</exception>
    public static string Read(string setting, string path)
    {
        try
        {
            return File.ReadAllText(path).Trim() is { Length: > 0 } secret
                ? secret
                : throw new SettingException($"{setting}: the file '{path}' is empty; it must hold the secret.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"{setting}: the file '{path}' cannot be read: {exception.Message}", exception);
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
