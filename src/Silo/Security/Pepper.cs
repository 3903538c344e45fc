using System.Security.Cryptography;
using Progeny.Core.Common;
using Progeny.Core.Security;
using Progeny.Grains.Common;
using Progeny.Storage.Common;

namespace Progeny.Silo.Security;

/// <summary>
/// Where the pepper of keys comes from: a setting, or on a node that stands alone a file of its data folder.
/// </summary>
internal static class Pepper
{
    private const string FileName = "security.pepper";
    private const int Bytes = 32;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="SettingException">They are wrong.</exception>
    public static void Check(SecurityOptions options, ClusterOptions cluster)
    {
        if (cluster.IsMember && options.Pepper is null)
        {
            throw new SettingException(
                "Security:Enabled is true in a cluster, and neither Security:PepperFile nor Security:Pepper is set; each node needs the "
                + "same, at least "
                + $"{ApiKeyHasher.MinPepperCharacters} characters (openssl rand -hex 32 makes them).");
        }

        _ = FromSettings(options);
    }

    /// <summary>The pepper; of a node that stands alone a new one is made where there is none.</summary>
    /// <exception cref="SettingException">A file cannot be read, or what was given is too short.</exception>
    public static string Read(SecurityOptions options, StorageOptions paths) =>
        FromSettings(options) ?? FromDataFolder(Path.GetFullPath(paths.DataFolder));

    private static string? FromSettings(SecurityOptions options)
    {
        var pepper = options.Pepper;
        return pepper is null or { Length: >= ApiKeyHasher.MinPepperCharacters } ? pepper : throw new SettingException(
            $"Security:Pepper has {pepper.Length} characters; it must be at least {ApiKeyHasher.MinPepperCharacters} (openssl rand -hex 32 makes "
                + "them).");
    }

    private static string FromDataFolder(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            SecretFiles.Write(path, RandomNumberGenerator.GetHexString(2 * Bytes, lowercase: true));
        return SecretFiles.Read("Data", path);
    }
}
