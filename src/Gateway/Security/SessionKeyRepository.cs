using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Progeny.Core.Security;

namespace Progeny.Gateway.Security;

/// <summary>The keys of sessions, in the cluster's database.</summary>
internal sealed class SessionKeyRepository(ISessionKeyStore store) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() => [.. store.Read().Select(xml => XElement.Parse(xml))];

    public void StoreElement(XElement element, string friendlyName) =>
        store.Add(friendlyName, element.ToString(SaveOptions.DisableFormatting));
}
