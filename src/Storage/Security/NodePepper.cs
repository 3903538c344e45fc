using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Progeny.Core.Common;
using Progeny.Storage.Common;

namespace Progeny.Storage.Security;

/// <summary>The secret of a node or a cluster.</summary>
internal static class NodePepper
{
    private const string Setting = "Security:PepperFile";
    private const string FileName = "pepper";
    private const int Bytes = 32;

    /// <summary>
    /// The contents of the file that the settings name; of a node that stands alone else those of a file in its data folder, which is made
    /// where there is none; empty: a member of a cluster that has none.
    /// </summary>
    /// <exception cref="DataFolderException">The file cannot be read.</exception>
    public static byte[] Read(IConfiguration configuration, DataFolder folder, ClusterOptions cluster)
    {
        var path = configuration[Setting];
        try
        {
            if (!string.IsNullOrEmpty(path))
                return Encoding.UTF8.GetBytes(File.ReadAllText(path).TrimEnd('\r', '\n'));
            if (cluster.IsMember)
                return [];
            path = Path.Combine(Path.GetFullPath(folder.Paths.DataFolder), FileName);
            if (!File.Exists(path))
                File.WriteAllText(path, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes)));
            return Encoding.UTF8.GetBytes(File.ReadAllText(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException($"The secret of the node cannot be read from '{path}': {exception.Message}", exception);
        }
    }
}
