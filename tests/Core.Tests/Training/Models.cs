using Progeny.Core.Tests.Common;

namespace Progeny.Core.Tests.Training;

/// <summary>The models of the folder Models.</summary>
public static class Models
{
    /// <summary>Writes a model to a file and returns its path.</summary>
    public static string Write(string name, TemporaryFolder folder)
    {
        var path = folder.At(name);
        using var resource = typeof(Models).Assembly.GetManifestResourceStream(name)!;
        using var file = File.Create(path);
        resource.CopyTo(file);
        return path;
    }
}
