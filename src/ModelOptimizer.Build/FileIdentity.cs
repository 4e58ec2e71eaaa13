using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ModelOptimizer.Build;

/// <summary>
/// What tells a file from one that took its place with the same length and time: on Linux the inode and the time of its last change, which nobody can set, on
/// Windows the file's number, on macOS the time of its making. The tool compiles this file too.
/// </summary>
internal static class FileIdentity
{
    private const int CurrentFolder = -100;
    private const uint InodeAndChange = 0x100 | 0x80;

    // struct statx of Linux, the same for every processor: stx_ino, and stx_ctime's seconds and nanoseconds.
    private const int StatxBytes = 256;
    private const int Inode = 32;
    private const int ChangeSeconds = 96;
    private const int ChangeNanoseconds = 104;

    // BY_HANDLE_FILE_INFORMATION of Windows: nFileIndexHigh and nFileIndexLow.
    private const int InformationBytes = 52;
    private const int IndexHigh = 44;
    private const int IndexLow = 48;

    /// <summary>A number for the file; 0 where the system does not tell.</summary>
    public static long Of(string path)
    {
        try
        {
            return RuntimeInformation.IsOSPlatform(OSPlatform.Linux) ? OnLinux(path)
                : RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? OnWindows(path)
                : File.GetCreationTimeUtc(path).Ticks;
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException or IOException or UnauthorizedAccessException)
        {
            // A C library without statx, or a file that others keep open.
            return 0;
        }
    }

    private static long OnLinux(string path)
    {
        var found = new byte[StatxBytes];
        return statx(CurrentFolder, Encoding.UTF8.GetBytes(path + '\0'), 0, InodeAndChange, found) != 0
            ? 0
            : unchecked((BitConverter.ToInt64(found, Inode) * 1_000_003) + (BitConverter.ToInt64(found, ChangeSeconds) * 1_000_000_000)
                + BitConverter.ToUInt32(found, ChangeNanoseconds));
    }

    private static long OnWindows(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var found = new byte[InformationBytes];
        return GetFileInformationByHandle(file.SafeFileHandle, found)
            ? ((long)BitConverter.ToUInt32(found, IndexHigh) << 32) | BitConverter.ToUInt32(found, IndexLow)
            : 0;
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int statx(int folder, byte[] path, int flags, uint mask, byte[] found);

    [DllImport("kernel32.dll", SetLastError = true)]
    private static extern bool GetFileInformationByHandle(SafeFileHandle file, byte[] found);
}
