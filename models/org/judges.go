package org

// ReviewingRoles lists the roles that read changes with their evidence. They may be asked for
// advice, added as signers or named as proxies.
func ReviewingRoles() []Role {
	return []Role{SchoolLeader, Principal, BureauReviewer, BureauHead}
}
