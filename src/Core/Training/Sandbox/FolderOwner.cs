using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Progeny.Core.Training.Sandbox;

/// <summary>Gives a folder of the node's to another user.</summary>
internal static class FolderOwner
{
    /// <summary>Makes a folder with all that is in it belong to a user and its group; links are given, not followed.</summary>
    /// <exception cref="IOException">This process may not.</exception>
    public static void Give(string folder, uint user)
    {
        Change(folder, user);
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo && entry.LinkTarget is null)
                Give(entry.FullName, user);
            else
                Change(entry.FullName, user);
        }
    }

    private static void Change(string path, uint user)
    {
        if (ChangeOwner(path, user, user) != 0)
            throw new IOException(
                $"{path} cannot be given to the user {user} of a job: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");
    }

    [DllImport("libc", EntryPoint = "lchown", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ChangeOwner([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);
}
